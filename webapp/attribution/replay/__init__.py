"""What the product would have decided, held against what the agency did."""
