/**
 * Why the demo could not start, in a sentence or two that a newcomer can act on, followed by the error itself.
 *
 * @param error whatever was thrown
 */
export function explainStartFailure(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const detail = error instanceof Error && error.stack ? error.stack : text;
  if (/are all busy/.test(text)) return text;
  if (/EACCES|EPERM/.test(text))
    return `A file or port may not be used by this user: ${text}\nStart it from a folder that is yours.`;
  if (/GLIBC_|GLIBCXX_|workerd.*ENOENT|Unsupported platform|could not be found.*workerd/i.test(text))
    return `Cloudflare's runtime (workerd) has no build for this system (${process.platform} ${process.arch}); it needs Linux with glibc 2.35 or newer, macOS 13.5 or newer, or Windows.\n${text}`;
  if (/^The build failed/.test(text)) return text;
  return `The demo could not start.\n${detail}`;
}
