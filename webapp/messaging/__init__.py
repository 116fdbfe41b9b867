"""Messages to people, whatever the channel."""
