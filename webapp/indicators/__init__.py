"""The officer's service-quality indicator: facts, a frozen reference, a score whose every line is explained."""
