"""The commands of `zhengxin`, one file each. What takes long to import is imported when a command runs."""
