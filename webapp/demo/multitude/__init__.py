"""As many complaints as one wants, for trying the product at the size of a real city's archive."""
