"""What an officer means to reach in a year, quarter by quarter, and what was reached."""
