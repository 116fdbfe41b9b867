"""Figures in words: what the page, its print and the chat say alike."""
