"""An officer objects to a line of his figure; somebody above him who is no party decides, with reasons, by a date."""
