"""Images of mixed sizes come in batches of one size, and few wait."""

import numpy as np

from crossnet.translation import by_size


def test_batches_have_one_size_and_at_most_so_many_pixels() -> None:
    sizes = [(8, 8), (8, 4), (8, 8), (8, 8), (8, 4), (30, 30), (8, 8)]
    images = [(key, np.full((*size, 3), key, dtype=np.uint8)) for key, size in enumerate(sizes)]
    batches = list(by_size(images, 128))
    assert [[key for key, _ in batch] for batch in batches] == [[0, 2], [5], [3, 6], [1, 4]]
    assert all(image[0, 0, 0] == key for batch in batches for key, image in batch)


def test_images_of_many_sizes_do_not_all_wait_until_the_end() -> None:
    taken = []

    def images():  # type: ignore[no-untyped-def]
        for side in range(1, 200):
            taken.append(side)
            yield side, np.zeros((1, side, 3), dtype=np.uint8)

    waiting = [sum(taken) - sum(done) for done in _done_so_far(by_size(images(), 200))]
    assert max(waiting) <= 4 * 200


def _done_so_far(batches):  # type: ignore[no-untyped-def]
    done: list[int] = []
    for batch in batches:
        done += [key for key, _ in batch]
        yield done
