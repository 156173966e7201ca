// Why somebody changes something, in their own words: `?note=`, the same for every change.
import { z } from 'zod';

export const noteSchema = z.string().max(500).default('');

export const noteQuery = z.object({ note: noteSchema });
