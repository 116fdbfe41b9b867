"""What is complained of more than usual."""
