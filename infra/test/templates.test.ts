/**
 * The architecture, row by row, against the synthesized templates. Rows are grouped in files of their own and
 * run in this one process, because synthesis takes seconds and all of them can share it.
 */
import './network.rows.ts';
import './compute.rows.ts';
import './data.rows.ts';
import './traffic.rows.ts';
import './monitoring.rows.ts';
import './controller.rows.ts';
import './whole.rows.ts';
