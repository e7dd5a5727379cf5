"""What makes the data files of `scriba.pronunciation`. Nothing of it is used at run time."""
