# style: with
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

engine = create_engine("sqlite:///app.db")


def add(user):
    session = Session(engine)
    session.add(user)
    session.commit()
    session.close()
