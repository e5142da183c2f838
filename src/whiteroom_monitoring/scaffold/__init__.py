"""What `whiteroom init` writes: a small working project.

``common/`` is in each, ``python/``, ``cpp/`` and ``swift/`` hold the program and how it is built.
In names and texts, ``@name@`` is the project's name, ``@module@`` the same as Python and C++ write
it, ``@Module@`` and ``@camel@`` as Swift does, and ``@title@`` what people read.
"""
