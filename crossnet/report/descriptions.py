"""Descriptions of the metrics: names, meanings, and which way is better."""

# metric -> (name, meaning, better); of `kid_<features>.to_b` the key is "kid.to_b"
METRICS = {
    "foreground.auc_within_place": (
        "AUC within place",
        "Area under the ROC curve of the translation’s luminance over the images at one fixed pixel, averaged over "
        "pixels by their pairs of an image with the object there and one without. 0.5 is chance, and what every "
        "constant map has: it asks whether a translation knows where this image’s object is.",
        "↑",
    ),
    "foreground.auc": (
        "AUC, all pixels",
        "Area under the ROC curve of the translation’s luminance as a detector of foreground, pixels of all "
        "images together (§5.3). Where objects lie in the same place in most images, a map that never saw the input "
        "has a high one too: compare with the constant prior.",
        "↑",
    ),
    "foreground.auc_per_image": (
        "AUC, mean over images",
        "The area image by image, then averaged; a constant map is rewarded as by the area of all pixels.",
        "↑",
    ),
    "foreground.iou": ("IoU", "Overlap of the extracted and the true foreground, over their union.", "↑"),
    "foreground.f1": ("F1", "Harmonic mean of precision and recall of the extracted foreground.", "↑"),
    "foreground_scores.auc": (
        "AUC of the method’s own scores",
        "As above, of the scores that the method hands in.",
        "↑",
    ),
    "foreground_scores.auc_within_place": ("AUC within place of its own scores", "", "↑"),
    "foreground_scores.auc_per_image": ("AUC of its own scores, mean over images", "", "↑"),
    "kid.to_b": (
        "KID, A → B",
        "Kernel distance between the features of the translations and of real images of B; unbiased in N, "
        "mean ± standard deviation over subsets.",
        "↓",
    ),
    "kid.to_a": ("KID, B → A", "The same for the translations to A.", "↓"),
    "fd.to_b": (
        "Fréchet distance, A → B",
        "Distance between Gaussians fitted to the same features; biased by N, comparable at equal N only.",
        "↓",
    ),
    "fd.to_a": ("Fréchet distance, B → A", "The same for the translations to A.", "↓"),
    "fid.to_b": ("FID, A → B", "Fréchet distance on the official Inception features; biased by N.", "↓"),
    "fid.to_a": ("FID, B → A", "The same for the translations to A.", "↓"),
}

# metrics of pairs, "paired.to_b_<metric>[_<part>]" -> (name, meaning, better)
PAIRED = {
    "psnr": ("PSNR, dB", "Peak signal-to-noise ratio of the translation against the truth, mean over images.", "↑"),
    "ssim": ("SSIM", "Structural similarity of the translation and the truth, mean over images.", "↑"),
    "chroma": (
        "correlation of chroma",
        "Pearson’s correlation of the translation’s Cb and Cr with the truth’s, all pixels of all images together. 1 "
        "is the truth’s colours up to contrast.",
        "↑",
    ),
    "background_changed": (
        "background changed",
        "Share of the background’s pixels that the translation made others than the input’s (claim C3). Where the "
        "target domain has another background, it should.",
        "",
    ),
}
PARTS = {"_object": ", object", "_background": ", background"}
BACKGROUND_NOTE = " Where the background is to stay, the untranslated input has the best value that there can be."

# suffix of a direction of a distance -> (added to its name, meaning, better)
VARIANTS = {
    "_train": (", training images", "The same against the training images of the target domain.", "↓"),
}

# failure signs of a direction, "signs.to_b_<sign>" -> (name, meaning)
SIGNS = {
    "correlation": (
        "inversion: correlation with the input",
        "Mean correlation of a translation’s luminance with its input’s; below 0 it is more inverted than kept.",
    ),
    "inverted": ("inversion: inverted images", "Share of translations whose luminance runs against their input’s."),
    "copying": (
        "copying of the input",
        "Mean over images: 1 is the input unchanged, 0 is as far from it as images of the target domain are.",
    ),
    "copied": ("copying: copied images", "Share of translations that are all but their input (copying above 0.9)."),
    "spread": (
        "collapse: spread against the inputs",
        "Variance of the translations’ features over that of their inputs; near 0, translations are all the same.",
    ),
    "spread_real": (
        "collapse: spread against real images",
        "The same against real images of the target domain; 1 is as much variety as they have.",
    ),
    "code_norm": (
        "norm of the latent codes",
        "Mean magnitude of the feature vector (Fig. 3). It does not show a collapse: instance norms fix its scale.",
    ),
    "code_rank": (
        "collapse of codes: effective rank",
        "How many dimensions the latent codes use: exp of the entropy of their principal components’ shares of the "
        "variance. Near 1, the codes have collapsed.",
    ),
    "code_channels": ("channels of the latent codes", "What their effective rank can be at most."),
}

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
DECIMALS = {"psnr": 1, "fd": 1, "fid": 1}  # of a family or a metric; 3 for all others
