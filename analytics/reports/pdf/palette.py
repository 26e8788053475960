"""Colours of the PDF, those of the light page."""

TEXT, MUTED, ACCENT, RULE, SOFT = "#17212c", "#566474", "#1f5fce", "#d5dce4", "#eef1f5"
UP, DOWN, ZERO = "#07805a", "#c4283b", "#8a98a7"
ROLES = {"grid": "#e3e8ee", "zero": ZERO, "label": MUTED, "accent": ACCENT, "muted": MUTED, "up": UP, "down": DOWN}
# A month's background, by how large its return is: mixed with white.
HEAT = {
    **{f"up{depth}": color for depth, color in enumerate(("#ebf5f1", "#d7eae4", "#bedfd4", "#9fcfbf", "#7dbea8"), 1)},
    **{f"down{depth}": color for depth, color in enumerate(("#fbeef0", "#f6dcdf", "#f0c6cb", "#e9adb5", "#e08f9a"), 1)},
}
TONES = {"up": UP, "down": DOWN}
