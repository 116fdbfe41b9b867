"""What the bot says. A step hears one thing, changes the conversation and says what comes next. It sends nothing."""
