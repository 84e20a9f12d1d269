"""Collection rounds: a runner calls at several shops and brings each buyer one parcel."""
