import { playInEveryEdition } from "./play.ts";

playInEveryEdition("bootstrap-deferred", "server-deferred", "certs-failure", "bad-ca", "link-down-request");
