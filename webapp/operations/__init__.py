"""Commands for whoever runs a city: prove the trail, change the keys, see what is kept how long."""
