"""What is sent to the processes of a cluster."""

import numpy as np

from tenfold.arrays import data_digest
from tenfold.learn.data_parallel import Share
from tenfold.learn.recipes import recipe
from tenfold.learn.training import train, train_part
from tenfold.scale.training_worker import Work


def test_work_is_known_by_the_digest_of_its_data(few):
    assert Work.of(*few, None, {}).sha256 == data_digest(*few)
    assert Work.of(*few, "given", {}).sha256 == "given"


def test_a_checkpoint_of_its_work_becomes_a_trained_network(few, tmp_path):
    options = recipe("tutorial", epochs=1, hidden=(16,))
    work = Work.of(*few, None, {"classes": tuple("abcdefghij")})
    train_part(*few, options, checkpoint=tmp_path / "checkpoint", share=Share(), **work.others)
    trained, alone = work.as_saved(options, tmp_path / "checkpoint"), train(*few, options)
    assert trained.classes == tuple("abcdefghij")
    assert np.array_equal(trained.classifier()(few[0][:100]), alone.classifier()(few[0][:100]))
