"""What whoever heads a unit must see at once: who needs a look, of whom too little is known, and what differs."""
