"""What is kept how long: terms as data, and the sweep that erases the personal part at their end."""
