from songs import save

from whiteroom_monitoring.client.generated import business


def test_a_saved_song_is_counted(whiteroom_metrics):
    save("First Light")
    whiteroom_metrics.assert_increased(business.songs_created_total)
    whiteroom_metrics.assert_increased(business.feature_usage_total, feature="editor")
    whiteroom_metrics.assert_nothing_else()
