"""The yardstick: how right, fair and fast the indicator is, measured on simulated cities and on data of others."""
