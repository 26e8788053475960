"""Whether results can be believed: look-ahead, overfitting, chance."""
