import shutil

import numpy as np
import pytest
import soundfile
from matcher_sounds import RATE_HZ, play

from edge.errors import BadCatalogue, Deaf
from edge.matcher.decode import decode, open_sound
from edge.matcher.match_files import match_files
from edge.matcher.siblings import Common, write_siblings


@pytest.fixture
def clip(tmp_path, songs):
    path = tmp_path / "clip.wav"
    sound = songs["song-3"][5 * RATE_HZ : 20 * RATE_HZ]
    soundfile.write(path, np.column_stack((sound, sound)), RATE_HZ)
    return path


def test_a_file_is_answered_with_what_sounds_in_it(catalogue, clip):
    (answer,) = match_files(catalogue, [clip])
    (match,) = answer["matches"]

    assert str(clip) == answer["query"]
    assert "song-3" == match["ref"]
    assert 0.99 < match["score"] <= 1
    assert abs(match["ref_start"] - match["query_start"] - 5) < 0.1
    assert 14 < match["query_end"] - match["query_start"] <= 15


def test_a_song_that_another_sounds_like_is_answered_with_both(catalogue, clip, tmp_path):
    folder = tmp_path / "catalogue"
    shutil.copytree(catalogue, folder)
    write_siblings(folder / "all.qsib", [Common("song-3", "song-9", 0, 0, 2000, 1.0)])
    (answer,) = match_files(folder, [clip])

    assert [["song-9"]] == [match["alternatives"] for match in answer["matches"]]


def test_an_unknown_song_is_answered_with_nothing(catalogue, tmp_path):
    soundfile.write(tmp_path / "new.flac", play(500, 12), RATE_HZ)

    assert [[]] == [one["matches"] for one in match_files(catalogue, [tmp_path / "new.flac"])]


def test_a_folder_without_segments_is_refused_by_name(tmp_path, clip):
    with pytest.raises(BadCatalogue, match=str(tmp_path)):
        list(match_files(tmp_path, [clip]))


@pytest.mark.parametrize("content", [None, b"", b"this is no sound" * 50])
def test_a_file_that_is_no_sound_is_named_and_stops_none_of_the_others(
    catalogue, clip, tmp_path, content
):
    path = tmp_path / "broken.wav"
    if content is not None:
        path.write_bytes(content)
    broken, heard = match_files(catalogue, [path, clip])

    assert [] == broken["matches"]
    assert "broken.wav" in broken["error"]
    assert ["song-3"] == [found["ref"] for found in heard["matches"]]


@pytest.mark.parametrize(("channels", "rate_hz"), [(1, 4000), (1, 384_000), (33, 8000)])
def test_a_file_no_ear_is_made_for_is_refused_by_name(tmp_path, channels, rate_hz):
    path = tmp_path / "odd.wav"
    soundfile.write(path, np.zeros((100, channels), np.float32), rate_hz)

    with pytest.raises(Deaf, match=rf"odd\.wav has {channels} channels at {rate_hz}"):
        decode(path)


def test_blocks_join_to_the_whole_file(clip):
    sound, rate_hz = decode(clip)
    with open_sound(clip) as (blocks, again_hz):
        joined = np.concatenate(list(blocks))

    assert rate_hz == again_hz == RATE_HZ
    assert sound.tobytes() == joined.tobytes()
    assert np.float32 == sound.dtype


def test_an_error_of_the_caller_is_not_taken_for_a_broken_file(clip):
    with pytest.raises(PermissionError), open_sound(clip):
        raise PermissionError("the caller's own")
