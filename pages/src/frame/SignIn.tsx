// Asks for a token where the API says that one is needed. Never judges the token: the API does.
import { Button } from '@cloudflare/kumo/components/button';
import { useEffect, useRef, useState, type FormEvent, type ReactElement } from 'react';
import { setToken } from '../api/token.ts';
import { Glyph } from '../ui/Glyph.tsx';
import { Mark } from '../ui/icons.tsx';

export function SignIn({ refused }: { refused: boolean }): ReactElement {
  const [text, setText] = useState('');
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const token = text.trim();
    if (token !== '') setToken(token);
  };
  return (
    <main className="flex h-full items-center justify-center p-4">
      <form
        onSubmit={submit}
        className="flex w-full max-w-[400px] flex-col rounded-[10px] border border-line bg-base p-6 shadow-tl"
      >
        <div className="flex items-center gap-2.5">
          <Mark />
          <h1 className="text-[17px] leading-6 font-semibold">Sign in to Throughline</h1>
        </div>
        <label htmlFor="token" className="mt-5 font-medium">
          Access token
        </label>
        <input
          id="token"
          type="password"
          autoComplete="current-password"
          ref={field}
          spellCheck={false}
          value={text}
          onChange={(event) => setText(event.target.value)}
          aria-describedby="token-help"
          aria-invalid={refused}
          className="mt-1.5 h-9 rounded-lg border border-edge bg-raised px-3 font-mono text-[12.5px] aria-invalid:border-fail"
        />
        {refused && (
          <p role="alert" className="mt-2 flex items-center gap-1.5 text-fail">
            <Glyph tone="fail" />
            The API did not accept this token.
          </p>
        )}
        <p id="token-help" className="mt-2 text-[12px] text-sub">
          <code className="font-mono">npm start</code> prints an address that signs you in, and the
          token itself. It is kept in this browser until you sign out.
        </p>
        <Button
          type="submit"
          variant="primary"
          className="mt-5 w-full justify-center"
          disabled={text.trim() === ''}
        >
          Sign in
        </Button>
      </form>
    </main>
  );
}
