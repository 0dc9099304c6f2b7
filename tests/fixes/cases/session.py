from sqlalchemy import create_engine
from sqlalchemy.orm import sessionmaker

engine = create_engine("sqlite:///app.db")
SessionLocal = sessionmaker(bind=engine)


def add(user):
    session = SessionLocal()
    session.add(user)
    session.commit()
    session.close()
