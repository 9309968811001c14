from itertools import chain

from hypothesis import given
from hypothesis import strategies as st

from groundkit.predict.plan import plan, share_of
from tests.predict.builders import make_question

SIZES = [(280, 140), (140, 280), (56, 56)]
QUESTIONS = st.lists(st.tuples(st.integers(0, 4), st.sampled_from(SIZES)), max_size=30).map(
    lambda rows: [
        make_question(number, f"{image}-{size[0]}.png", size)
        for number, (image, size) in enumerate(rows)
    ]
)


@given(QUESTIONS, st.integers(1, 9))
def test_every_question_is_in_one_batch_of_one_size(questions, batch_size):
    batches = plan(questions, batch_size)
    assert sorted(q.number for batch in batches for q in batch) == list(range(len(questions)))
    for batch in batches:
        assert 1 <= len(batch) <= batch_size
        assert len({q.seen for q in batch}) == 1
    areas = [batch[0].seen[0] * batch[0].seen[1] for batch in batches]
    assert areas == sorted(areas, reverse=True)


@given(QUESTIONS)
def test_questions_about_one_image_stay_together(questions):
    batches = plan(questions, 30)
    for image in {q.image for q in questions}:
        assert sum(any(q.image == image for q in batch) for batch in batches) == 1


@given(QUESTIONS, st.integers(1, 4))
def test_processes_share_the_batches_of_one(questions, world):
    batches = plan(questions, 4)
    shares = [share_of(batches, rank, world) for rank in range(world)]
    assert sorted(chain(*shares), key=batches.index) == batches
