/**
 * Server-sent events, as far as chat completions need them: CRLF, LF and lone CR; comments; events whose data spans
 * several lines; a last event without its blank line. The SDK's own decoder hides `[DONE]`, comments and pages that
 * are no event stream at all, and all three are facts the assembly has to judge by.
 */
export interface ServerSentEvent {
  event: string | undefined;
  data: string;
}

export interface SseDecoder {
  /** Text in pieces of any size. */
  push(text: string): ServerSentEvent[];
  /** The event that the stream's end left open, if there is one. */
  end(): ServerSentEvent[];
}

/** For one stream. */
export function createSseDecoder(): SseDecoder {
  let rest = '';
  /** The last piece ended in CR: an LF at the start of the next belongs to it. */
  let skipLineFeed = false;
  let name: string | undefined;
  let data: string[] = [];

  const flush = (): ServerSentEvent[] => {
    const events = data.length ? [{ event: name, data: data.join('\n') }] : [];
    name = undefined;
    data = [];
    return events;
  };

  const readLine = (line: string): ServerSentEvent[] => {
    if (line === '') return flush();
    const colon = line.indexOf(':');
    if (colon === 0) return [];
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'data') data.push(value);
    else if (field === 'event') name = value;
    return [];
  };

  return {
    push(text) {
      if (text === '') return [];
      const piece = skipLineFeed && text.startsWith('\n') ? text.slice(1) : text;
      skipLineFeed = text.endsWith('\r');
      rest += piece;
      // A long line comes in many pieces: it is not looked through again at each of them.
      if (!/[\r\n]/.test(piece)) return [];
      const lines = rest.split(/\r\n|\r|\n/);
      rest = lines.pop() ?? '';
      return lines.flatMap(readLine);
    },
    end() {
      const last = rest === '' ? [] : readLine(rest);
      rest = '';
      return [...last, ...flush()];
    },
  };
}
