import { playInEveryEdition } from "./play.ts";

playInEveryEdition("power-loss");
