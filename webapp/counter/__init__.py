"""The counter: visits and their receipts."""
