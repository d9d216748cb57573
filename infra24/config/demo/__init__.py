"""Three invented organisations, so that a newcomer finds a house that is lived in.

`seagrape`, `casa_manglar` and `high_plain` say who they are, in data; `story`
and `lively` hold the words they are written in, `diary` makes eight weeks of
bookings of them, `settling` and `history` write them down, `living` and
`waiting` add what goes on just now, `sign_ins` lets people in.
"""
