"""An officer objects to a line of his figure; somebody above, who is no party to it, decides."""
