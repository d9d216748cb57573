import "../styles/site.css";
