/** Failures in the words of the backend that is played. */
import type { ErrorDialect } from './profiles.ts';

/** A reply that is no answer: status and body as they go out. */
export interface WireError {
  status: number;
  body: string;
  headers?: Record<string, string>;
}

export type OverflowDialect = 'moonshot' | 'vllm' | 'llamacpp';

export function wireError(dialect: ErrorDialect, status: number, type: string, message: string): WireError {
  const json = (error: unknown) => ({ status, body: JSON.stringify({ error }) });
  switch (dialect) {
    case 'moonshot':
      return json({ type, message });
    case 'vllm':
      return json({ message, type: vllmTypes[status] ?? 'InternalServerError', param: null, code: status });
    case 'openrouter':
      return json({ code: status, message, metadata: { provider_name: 'Stand-in' } });
    case 'llamacpp':
      return json({ code: status, message, type });
  }
}

const vllmTypes: Record<number, string> = {
  400: 'BadRequestError',
  401: 'AuthenticationError',
  404: 'NotFoundError',
  429: 'TooManyRequestsError',
};

export const badRequest = (dialect: ErrorDialect, message: string) =>
  wireError(dialect, 400, 'invalid_request_error', message);

export function unknownModel(dialect: ErrorDialect, model: string): WireError {
  const message =
    dialect === 'moonshot'
      ? `Not found the model ${model} or Permission denied`
      : `The model \`${model}\` does not exist.`;
  return wireError(dialect, 404, 'resource_not_found_error', message);
}

export function wrongKey(dialect: ErrorDialect): WireError {
  if (dialect === 'vllm') return { status: 401, body: JSON.stringify({ error: 'Unauthorized' }) };
  return wireError(dialect, 401, 'invalid_authentication_error', 'Invalid Authentication');
}

/** The prompt and the output it asks for do not fit the window; all numbers in tokens. */
export function overflow(
  dialect: OverflowDialect,
  window: number,
  prompt: number,
  completion: number,
): WireError {
  const requested = prompt + completion;
  switch (dialect) {
    case 'moonshot':
      return badRequest(
        'moonshot',
        `Invalid request: Your request exceeded model token limit: ${window} (requested: ${requested})`,
      );
    case 'vllm':
      return badRequest(
        'vllm',
        `This model's maximum context length is ${window} tokens. However, you requested ${requested} tokens ` +
          `(${prompt} in the messages, ${completion} in the completion). Please reduce the length of the messages or completion.`,
      );
    case 'llamacpp':
      return {
        status: 400,
        body: JSON.stringify({
          error: {
            code: 400,
            message: `the request exceeds the available context size (${window} tokens), try increasing it`,
            type: 'exceed_context_size_error',
            n_prompt_tokens: requested,
            n_ctx: window,
          },
        }),
      };
  }
}

export const overflowDialect = (dialect: ErrorDialect): OverflowDialect =>
  dialect === 'openrouter' ? 'vllm' : dialect;
