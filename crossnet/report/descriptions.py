"""Words of the page that are of no single metric."""

# conditions of a measurement: the last part of a key -> (name, meaning)
CONDITIONS = {
    "resamples": ("Resamples", "Of the images, for the intervals."),
    "resampling_seed": ("Seed of the resamples", ""),
    "image_size": ("Size of the images", "Pixels a side, before they were resized for the network."),
    "resized_to": ("Resized to", "Pixels a side, for the network."),
    "background_levels": ("Levels", "Of 255: a pixel that differs by more in a channel counts as changed."),
    "threshold": ("Threshold", "Luminance above which a pixel counts as white (§5.3)."),
}

DISTANCES = ("kid", "fd", "fid")
DIRECTIONS = {"to_b": "A → B", "to_a": "B → A"}
