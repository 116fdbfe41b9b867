"""Finding complaints again: by what was said, also misspelt, and by where, when, who and how it stands."""
