"""Casa Manglar: una casa de barrio in Little Havana. It works in Spanish."""

from infra24.config.demo.story import ALWAYS, Course, Fresh, Habit, House, Occasion, Thing, week
from infra24.orgs.policies import Role
from infra24.resources.policies import Rules

THINGS = (
    Thing("salon", "Salón de actos", location="Planta baja", capacity=110, about="Con el tabique abierto.",
          features={"m2": 160, "tarima": True}, rules=Rules(buffer_before_minutes=30, buffer_after_minutes=30)),
    Thing("salon-norte", "Salón norte", location="Planta baja", capacity=60, part_of="salon"),
    Thing("salon-sur", "Salón sur", location="Planta baja", capacity=50, part_of="salon"),
    Thing("patio", "Patio de la ceiba", location="Detrás de la casa", capacity=90,
          rules=Rules(weekly=week("tue-sun 10:00-22:00"), buffer_after_minutes=60)),
    Thing("galeria", "Galería", location="Entrada", capacity=60, features={"muro_m": 18}),
    Thing("taller-abierto", "Taller abierto", location="Primer piso", capacity=10,
          about="Mesas compartidas: cada cual a lo suyo.", rules=Rules(use="shared", longest_minutes=360)),
    Thing("aula-barro", "Aula de barro", location="Patio", capacity=10, features={"tornos": 5},
          rules=Rules(buffer_after_minutes=30)),
    Thing("taller-grabado", "Taller de grabado", location="Primer piso", capacity=8),
    Thing("cuarto-oscuro", "Cuarto oscuro", location="Sótano", capacity=2, rules=Rules(use="shared")),
    Thing("horno", "Horno eléctrico", "equipment", "Patio", "Siete pies cúbicos.", rules=Rules(
        weekly=ALWAYS, slot_minutes=60, shortest_minutes=240, longest_minutes=1440, buffer_before_minutes=30,
        buffer_after_minutes=300, approval="always")),
    Thing("torculo", "Tórculo", "equipment", "Taller de grabado", "Cama de 60 × 100 cm."),
    Thing("camaras", "Cámaras", "equipment", "Oficina", "Cuerpo, objetivo y cargador.", units=6,
          rules=Rules(buffer_after_minutes=30)),
    Thing("proyector", "Proyector", "equipment", "Oficina"),
    Thing("lazaro-montequin", "Lázaro Montequín", "person", about="Grabado y dibujo.", person="Lázaro Montequín"),
    Thing("amparo-lucero", "Amparo Lucero", "person", about="Cerámica.", person="Amparo Lucero"),
    Thing("camioneta", "Camioneta", "other", "Calle", rules=Rules(weekly=week("mon-sat 08:00-19:00"))),
)  # fmt: skip

COURSES = (
    Course("Barro para principiantes", "tue", "18:00", 2.5, ("aula-barro", "amparo-lucero"), 9),
    Course("Torno, nivel medio", "thu", "18:00", 2.5, ("aula-barro", "amparo-lucero"), 5),
    Course("Xilografía", "wed", "18:30", 2.5, ("taller-grabado", "torculo", "lazaro-montequin"), 7),
    Course("Dibujo del natural", "mon", "18:30", 2, ("salon-sur", "lazaro-montequin"), 14),
    Course("Coro de la casa", "thu", "19:00", 2, ("salon-norte",), 30),
    Course("Rueda de casino", "fri", "19:30", 2, ("salon",), 60),
    Course("Tertulia de los sábados", "sat", "11:00", 2, ("galeria",), 25),
    Course("Títeres para niños", "sat", "15:00", 1.5, ("salon-sur",), 28),
    Course("Fotografía con cámara de rollo", "sat", "13:00", 3, ("cuarto-oscuro", ("camaras", 2)), 2, weeks=range(6)),
    Course("Memorias del barrio, taller de escritura", "wed", "10:30", 2, ("salon-norte",), 16),
)

OCCASIONS = (
    Occasion("Montaje: Cartas que no llegaron", 0, "tue", "10:00", 7, ("galeria",), people=4, days=3),
    Occasion("Inauguración: Cartas que no llegaron", 0, "fri", "17:00", 2, ("galeria", "patio"), 55),
    Occasion("Noche de boleros", 1, "sat", "19:00", 3, ("patio",), 85),
    Occasion("Cine-club: cortos de Centroamérica", 2, "thu", "19:00", 2.5, ("salon-sur", "proyector"), 40),
    Occasion("Junta directiva", 3, "mon", "17:30", 1.5, ("galeria",), 9),
    Occasion("Feria de grabado", 3, "sun", "11:00", 7, ("salon", "patio"), 80),
    Occasion("Desmontaje", 4, "mon", "10:00", 6, ("galeria", "camioneta"), people=3),
    Occasion("Montaje: Hilo y sal", 4, "wed", "10:00", 7, ("galeria",), people=5, days=2),
    Occasion("Inauguración: Hilo y sal", 4, "sat", "17:00", 2, ("galeria",), 55),
    Occasion("Clínica legal para artistas", 5, "tue", "17:00", 3, ("salon-norte",), 20),
    Occasion("Lectura: poetas de la diáspora haitiana", 6, "fri", "18:00", 2, ("galeria",), 45,
             note="Con intérprete de criollo."),
    Occasion("Concierto: trío de cuerdas", 6, "sun", "16:00", 2, ("patio",), 80,
             cancelled="Anunciaron tormenta; pasa al mes que viene."),
    Occasion("Cena de voluntarios", 7, "sat", "19:00", 2.5, ("salon",), 70),
)  # fmt: skip

HABITS = (
    Habit(("horno",), ("Bizcocho, cono 04", "Esmalte, cono 6", "Piezas del curso"), 4, (8, 10), (13, 19)),
    Habit(("taller-abierto",), ("Acuarela", "Encuadernación", "Collage", "Bordado", "Trabajo propio"), 14, (2, 3),
          people=(1, 2)),
    Habit(("taller-grabado", "torculo"), ("Prueba de estado", "Tirada de veinte", "Linóleo a dos tintas"), 4, (2, 3),
          people=(1, 2)),
    Habit(("cuarto-oscuro",), ("Hojas de contacto", "Revelado", "Copias finales"), 4, (2, 3)),
    Habit((("camaras", 1),), ("Retratos del barrio", "Registro de obra", "Domingo en el parque"), 4, (3, 5), (9, 15)),
    Habit((("camaras", 3),), ("Taller de jóvenes reporteros",), 1, (3,), (10, 14), (3, 3)),
    Habit(("salon-norte",), ("Ensayo de teatro", "Danza folclórica", "Reunión de vecinos"), 4, (1.5, 2, 3), people=(8,
          40)),
    Habit(("salon-sur",), ("Ensayo de son", "Yoga suave", "Clase de inglés"), 4, (1, 1.5, 2), people=(6, 25)),
    Habit(("aula-barro", "amparo-lucero"), ("Tutoría de esmaltes", "Tutoría de torno"), 2, (1, 1.5)),
    Habit(("patio",), ("Cumpleaños de la casa", "Picnic de voluntarios", "Ensayo de comparsa"), 2, (2, 3), people=(12,
          45)),
    Habit(("camioneta",), ("Buscar papel y tintas", "Llevar obra", "Sillas prestadas"), 3, (2, 3), (8, 15)),
)  # fmt: skip

FRESH = (
    Fresh("Visita de la escuela del barrio", ("salon-norte",), 1, "13:00", 1.5, whose="Caridad Ávalos", people=24),
    Fresh("Horneada de máscaras", ("horno",), 2, "10:00", 8, by=Role.MEMBER),
    Fresh("Azulejos para el mural", ("horno",), 4, "10:00", 8, by=Role.INSTRUCTOR, then="confirm"),
    Fresh("Bizcocho urgente", ("horno",), 6, "10:00", 6, by=Role.MEMBER, then="decline",
          reason="Ese día viene el electricista; ¿le sirve el siguiente?"),
    Fresh("Entrevista para la radio", ("galeria",), 2, "15:00", 1, whose="Valentina Rangel", people=3),
    Fresh("Quizás: ensayo general", ("salon",), 3, "14:00", 2, asked="hold", whose="Arnaldo Quesada", people=20),
)  # fmt: skip

CASA_MANGLAR = House(
    slug="casa-manglar",
    name="Casa Manglar",
    time_zone="America/New_York",
    locale="es",
    mail_address="casa.manglar@example.org",
    theme={
        "brand": "#a3195b", "brand_night": "#f08ab8", "accent": "#0a6c74", "surface": "#fffaf4",
        "surface_night": "#1a1216",
        "radius": 12, "font": "instrument", "mark": "CM",
    },
    team={
        Role.ADMIN: "Odalys Ferrer", Role.MANAGER: "Ernesto Galbán", Role.STAFF: "Yesenia Corrales",
        Role.INSTRUCTOR: "Lázaro Montequín", Role.MEMBER: "Dayana Echemendía",
    },
    people=(
        "Odalys Ferrer", "Ernesto Galbán", "Yesenia Corrales", "Lázaro Montequín", "Dayana Echemendía",
        "Amparo Lucero", "Maritza Oquendo", "Rolando Carrazana", "Caridad Ávalos", "Iliana Portuondo",
        "Alcides Menocal", "Raquel Tejeda", "Zoila Bermúdez", "Arnaldo Quesada", "Niurka Fonticiella",
        "Heriberto Llanes", "Consuelo Arango", "Jhonatan Murillo", "Paola Cifuentes", "Valentina Rangel",
        "Gustavo Adrián Parra", "Oriana Colmenares", "Luisana Bracho", "Josué Obando", "Karla Téllez",
        "Nohemí Castellón", "Wendy Alvarenga", "Óscar Menjívar", "Brenda Xiomara Funes", "Altagracia Rosario",
        "Ramón Emilio Peguero", "Yokasta Mejía", "Ludovic Cadet", "Mirlande Aurélien", "Rosa Elvira Huamán",
        "Efraín Quispe", "Renata Monteiro", "Abril Santillán", "Pilar Etcheverry", "Joaquín Baeza",
    ),
    hours=Rules(
        weekly=week("mon 10:00-21:00", "tue-fri 10:00-22:00", "sat 10:00-22:00", "sun 11:00-19:00"),
        slot_minutes=30, shortest_minutes=30, notice_minutes=120, horizon_days=120,
    ),
    of_kind={"equipment": Rules(weekly=ALWAYS), "person": Rules(horizon_days=60)},
    things=THINGS,
    courses=COURSES,
    occasions=OCCASIONS,
    habits=HABITS,
    fresh=FRESH,
    cancelled_because=("Me enfermé.", "La pieza aún no seca.", "Cambio de turno en el trabajo.", "Otro día será."),
    declined_because=(
        "Ese esmalte puede dañar las placas; pase a verme antes.", "El horno está en mantenimiento.",
    ),
    area_code="786",
)  # fmt: skip
