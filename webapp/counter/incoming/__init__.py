"""What an agency's own queue machine or registry system reports: visits and stages."""
