// Runs as soon as an address has been opened, before any other script of the page is there: takes the token, and asks for
// what the address shows and takes longest. A bundle of its own (vite.config.ts); decides nothing.
import { askAhead } from './api/asked-ahead.ts';
import { adoptToken } from './api/token.ts';

adoptToken();
askAhead(location.pathname);
