"""The arithmetic that one officer's figure and ten million facts share. Pure: numpy and numba only."""
