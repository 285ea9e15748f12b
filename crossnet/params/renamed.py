"""Keys of params.yaml that have another name now: errors name the new key, and files with old keys are still read."""

from typing import Any

RENAMED: dict[str, str] = {  # last part of an old key -> the new one, in whatever block it is
    "average": "ema_decay",
    "graphs": "cuda_graphs",
    "history": "image_pool",
    "capacity": "size",
    "chance": "reuse_probability",
    "leaks": "train_test_overlap",
    "most": "max_products",
    "most_bytes": "max_bytes",
    "most_found": "max_results",
    "refuse_above": "max_unreadable",
}


def with_new_keys(values: Any) -> Any:
    """Return nested plain values with old keys replaced: of saved models, dvc.lock, and experiments of any age.

    A method's `weights` keep their names: those of losses are its own.
    """
    if isinstance(values, dict):
        return {
            RENAMED.get(key, key): value if key == "weights" else with_new_keys(value) for key, value in values.items()
        }
    return values
