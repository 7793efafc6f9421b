// The shop's page: catalogue, order, and which region is serving. Plain modules, nothing to build.

import { loadProducts, readRegion, sendOrder } from './api.js';
import { money } from './money.js';

const $ = (id) => document.getElementById(id);
const basket = new Map();
let products = new Map();
let sending = false;

function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

/** Line drawings from one sheet of symbols. */
function picture(name) {
  const space = 'http://www.w3.org/2000/svg';
  const drawing = document.createElementNS(space, 'svg');
  drawing.setAttribute('class', 'picture');
  drawing.setAttribute('viewBox', '0 0 32 32');
  drawing.setAttribute('aria-hidden', 'true');
  const use = document.createElementNS(space, 'use');
  use.setAttribute('href', `/assets/pictures.svg#${name}`);
  drawing.append(use);
  return drawing;
}

function showShelf() {
  const cards = [...products.values()].map((product) =>
    element(
      'li',
      { class: 'card' },
      picture(product.picture),
      element('h3', {}, product.name),
      element('p', { class: 'quiet' }, product.description),
      element('p', { class: 'price' }, money(product.priceMinor, product.currency)),
      element(
        'button',
        { type: 'button', 'aria-label': `Add ${product.name}`, onclick: () => change(product.id, 1) },
        'Add',
      ),
    ),
  );
  $('shelf').replaceChildren(...cards);
}

function change(id, by) {
  const quantity = Math.min(99, (basket.get(id) ?? 0) + by);
  if (quantity > 0) basket.set(id, quantity);
  else basket.delete(id);
  showBasket();
}

function showBasket() {
  const lines = [...basket].map(([id, quantity]) => {
    const product = products.get(id);
    return element(
      'li',
      {},
      element('span', { class: 'name' }, product.name),
      element(
        'button',
        { type: 'button', 'aria-label': `One ${product.name} less`, onclick: () => change(id, -1) },
        '−',
      ),
      element('span', { class: 'count' }, String(quantity)),
      element(
        'button',
        { type: 'button', 'aria-label': `One ${product.name} more`, onclick: () => change(id, 1) },
        '+',
      ),
      element('span', { class: 'price' }, money(quantity * product.priceMinor, product.currency)),
    );
  });
  $('lines').replaceChildren(...lines);
  $('empty').hidden = basket.size > 0;
  const chosen = [...basket].map(([id, quantity]) => ({ product: products.get(id), quantity }));
  const total = chosen.reduce((sum, { product, quantity }) => sum + quantity * product.priceMinor, 0);
  $('total').textContent = chosen.length === 0 ? '–' : money(total, chosen[0].product.currency);
  $('submit').disabled = sending || basket.size === 0;
}

async function placeOrder(event) {
  event.preventDefault();
  const customer = $('customer').value.trim();
  if (customer === '') {
    say('Please tell us your name.', 'bad');
    $('customer').focus();
    return;
  }
  const order = { customer, items: [...basket].map(([productId, quantity]) => ({ productId, quantity })) };
  sending = true;
  showBasket();
  say('Placing your order…');
  try {
    const placed = await sendOrder(order, (seconds) =>
      say(`Orders are paused for a moment. Your order is kept here and sent again in ${seconds} s.`, 'wait'),
    );
    // What was added while the order was on its way stays for the next one.
    for (const { productId, quantity } of order.items) change(productId, -quantity);
    say(
      `Thank you. Order ${placed.id.slice(-12)} over ${money(placed.totalMinor, placed.currency)} was taken in ${placed.region}.`,
      'good',
    );
  } catch (error) {
    say(error.message, 'bad');
  } finally {
    sending = false;
    showBasket();
  }
}

function say(text, mood = '') {
  $('outcome').textContent = text;
  $('outcome').dataset.mood = mood;
}

async function showRegion() {
  try {
    const { region, zone, role, writer, acceptsOrders } = await readRegion();
    $('served-text').textContent = `Served by ${zone ?? region}`;
    $('served').dataset.role = role;
    $('served').title =
      `Region ${region} is the ${role}. Orders are written in ${writer ?? 'no region yet'}.`;
    banner(
      acceptsOrders
        ? null
        : 'Orders are paused while we change regions. You can look around; what you order now is sent as soon as we are back.',
    );
  } catch {
    $('served-text').textContent = 'No region answers';
    $('served').dataset.role = 'none';
    banner('We cannot be reached at the moment. This page keeps trying.');
  } finally {
    setTimeout(showRegion, document.hidden ? 20_000 : 4_000);
  }
}

function banner(text) {
  if ($('banner').textContent !== (text ?? '')) $('banner').textContent = text ?? '';
  $('banner').hidden = text === null;
}

async function fillShelf() {
  try {
    products = new Map((await loadProducts()).map((product) => [product.id, product]));
    showShelf();
    $('catalogue-state').hidden = true;
  } catch {
    $('catalogue-state').textContent = 'The catalogue cannot be read right now. Trying again…';
    setTimeout(fillShelf, 3_000);
  }
}

$('order').addEventListener('submit', placeOrder);
void showRegion();
void fillShelf();
