def test_pay():
    pay(iin="900517252607", phone="+7 700 000 00 04")
