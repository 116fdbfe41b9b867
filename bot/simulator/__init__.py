"""Our own local Telegram Bot API server: it serves the tests and the chat page of `make run`.

It knows nothing of the product. It speaks the Bot API on one side (`/bot<token>/METHOD`), lets a test or the chat page
act as a citizen on the other (`/control/...`), and can misbehave on demand as the real network does.
"""
