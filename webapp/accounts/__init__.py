"""People who sign in, their roles, and what these allow."""
