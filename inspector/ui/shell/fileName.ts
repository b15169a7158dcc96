/** Name of the file that something of a session is saved in: after the session, without what file systems dislike. */
export function fileName(title: string, suffix: string, extension: string): string {
  const plain = title
    .replace(/\.[a-z]+$/i, "")
    .replace(/[^\w.-]+/g, "-")
    .replace(/^[-.]+|-+$/g, "");
  return `${plain === "" ? "run" : plain}${suffix}.${extension}`;
}
