"""Reports as PDF; reportlab is imported where it is needed, so that other processes do without it."""
