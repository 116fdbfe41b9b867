"""What an officer reads of that which counts against him, how he contests it, and who decides that."""
