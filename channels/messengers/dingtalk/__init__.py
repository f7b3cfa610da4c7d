"""DingTalk (钉钉): messages from and to those who write to a robot of ours."""
