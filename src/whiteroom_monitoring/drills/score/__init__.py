"""The score of the drills: breaks of the chain from metric to pager, and whether a drill fails.

A *break* is one change of a copy's configuration after which people hear too little, too much or
the wrong thing. A *judge* drills the alerts that it touches, in one copy for many breaks.
"""
