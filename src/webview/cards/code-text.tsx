/** Code or output in a block that can be copied and scrolled; as a preview, with what it hides made visible. */
import { pieces } from '../text/visible.ts';
import { IconButton } from '../view/icon.tsx';
import { post } from '../vscode.ts';

interface Props {
  text: string;
  /** What it is, for the region's name and the copy button: "Command", "Output". */
  label: string;
  revealed?: boolean;
  prompt?: string;
}

export function CodeText({ text, label, revealed, prompt }: Props) {
  return (
    <div class="code-text">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it */}
      <section tabIndex={0} aria-label={label} dir="ltr">
        {prompt && <span class="prompt">{prompt} </span>}
        {revealed ? <Revealed text={text} /> : text}
      </section>
      <IconButton
        name="copy"
        label={`Copy ${label.toLowerCase()}`}
        class="copy"
        onClick={() => post({ type: 'copy', text })}
      />
    </div>
  );
}

export function Revealed({ text }: { text: string }) {
  const found = pieces(text);
  if (!found.some(piece => piece.hidden)) return <>{text}</>;
  let at = 0;
  return (
    <>
      {found.map(piece => {
        const key = at;
        at += piece.text.length;
        return piece.hidden ? (
          <mark key={key} class="hidden-character" title="A character that does not show">
            {piece.text}
          </mark>
        ) : (
          piece.text
        );
      })}
    </>
  );
}
