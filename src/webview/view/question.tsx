import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { PendingQuestion } from '../../protocol/transcript.ts';
import { toast } from '../state/store.ts';
import { post } from '../vscode.ts';
import { focusPolitely, ignoreHeldKeys, useGuard } from './guard.ts';
import { Icon } from './icon.tsx';

export function QuestionCard({ asked, more }: { asked: PendingQuestion; more: string }) {
  const { callId, nonce, question, options } = asked;
  const { counts } = useGuard();
  const input = useRef<HTMLInputElement>(null);
  const [sent, setSent] = useState(false);
  useLayoutEffect(() => focusPolitely(input.current), []);

  const isSent = sent && toast.value?.level !== 'error';
  const answer = (e: Event, text: string) => {
    if (isSent || !text.trim() || !counts(e)) return;
    if (toast.value?.level === 'error') toast.value = undefined;
    post({ type: 'answer', callId, nonce, text });
    setSent(true);
  };
  return (
    <section class="ask question" aria-label="Question" onKeyDown={ignoreHeldKeys}>
      <h2>
        <Icon name="question" />
        <span class="ask-title">A question for you</span>
        {more && <span class="meta">{more}</span>}
      </h2>
      <div class="ask-body">
        <p class="asked" dir="auto">
          {question}
        </p>
        {options.length > 0 && (
          <div class="options">
            {options.map(option => (
              <button
                type="button"
                key={option}
                class="secondary"
                dir="auto"
                disabled={isSent}
                onClick={e => answer(e, option)}
              >
                {option}
              </button>
            ))}
          </div>
        )}
      </div>
      <div class="buttons">
        <input
          ref={input}
          aria-label="Your answer"
          placeholder={options.length ? 'Or answer in your words' : 'Your answer'}
          dir="auto"
          onKeyDown={e => {
            if (e.key === 'Enter' && !e.isComposing && !e.repeat) answer(e, e.currentTarget.value);
          }}
        />
        <button
          type="button"
          class="primary"
          disabled={isSent}
          onClick={e => answer(e, input.current?.value ?? '')}
        >
          Answer
        </button>
      </div>
    </section>
  );
}
